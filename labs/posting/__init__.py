"""Posting to requirements to assessment plan.

`read_posting` (reading) gives what a posting asks for, `make_plan` (plan) the scenarios that test it, `to_json`
(plan_json), `rows` and `notes` (sentences) what the front ends show, `dump_plan` and `read_plan` (planfile) the file
that people edit. What is known of the field is data: data/taxonomy.yaml, data/vocabulary.yaml.
"""
