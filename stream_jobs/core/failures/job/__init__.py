"""What becomes of Jobs, JobSets and CronJobs."""
