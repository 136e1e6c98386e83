"""Speaking to AWS, emulated or real: calls, a scenario's infrastructure, the candidate's access."""
