"""CloudWatch's alarms: evaluate those of the template on metrics."""
