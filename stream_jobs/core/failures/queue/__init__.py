"""Queues and gangs: runs that wait for quota, lose it again, or never get any."""
