"""The back office: review, human resources, audit, people; built on Django's admin."""
