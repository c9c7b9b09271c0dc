"""S3, SQS and Secrets Manager on this machine."""

from local.aws.services import REGION, AWSRequest, LocalAWS

__all__ = ["REGION", "AWSRequest", "LocalAWS"]
