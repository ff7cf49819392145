"""The offices of the house: review, human resources, audit, people; built on Django's admin."""
