"""Would AWS allow it? The documented rules of IAM, without AWS.

`document` parses policies, `request` says who asks for what, `evaluate.decide` answers, `explain` puts it into words.
Only the standard library and `labs.core.errors`: the package is copied into cells. It never guesses: what AWS does not
document, and what is not modelled here, is `inconclusive`.
"""
