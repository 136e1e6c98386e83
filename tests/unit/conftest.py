"""Of all unit tests: property tests are unhurried, and moto may be asked from threads.

How long an example takes, or takes to be thought of, says nothing on a busy machine.
"""

from hypothesis import HealthCheck, settings

from provisioner.emulated.incell.repairs import compile_rules_in_turn

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
compile_rules_in_turn()  # an account is asked for its services side by side, and here moto answers in the same process
