"""The services a fence can let a candidate use: those whose leftovers the audit can list (see listings.yaml)."""

from collections.abc import Mapping

SERVICES: Mapping[str, tuple[str, ...]] = {
    "acm": ("CertificateManager",),
    "apigateway": ("ApiGateway", "ApiGatewayV2"),
    "cloudformation": ("CloudFormation",),
    "cloudtrail": ("CloudTrail",),
    "cloudwatch": ("CloudWatch",),
    "dynamodb": ("DynamoDB",),
    "ec2": ("EC2",),
    "elasticloadbalancing": ("ElasticLoadBalancing", "ElasticLoadBalancingV2"),
    "events": ("Events",),
    "kms": ("KMS",),
    "lambda": ("Lambda",),
    "logs": ("Logs",),
    "route53": ("Route53",),
    "s3": ("S3",),
    "secretsmanager": ("SecretsManager",),
    "sns": ("SNS",),
    "sqs": ("SQS",),
    "ssm": ("SSM",),
    "states": ("StepFunctions",),
    "wafv2": ("WAFv2",),
}
"""IAM prefix → CloudFormation's names.

Left out on purpose: services that start machines whose size no condition key limits (EKS and ECS node groups, Auto
Scaling by `$Latest` launch templates, RDS, SageMaker, EMR).
"""
GLOBAL = frozenset({"iam", "sts", "route53", "tag"})
"""Their one endpoint is in us-east-1, or they answer from anywhere: a region rule would only break them.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-requested-region.html"""
