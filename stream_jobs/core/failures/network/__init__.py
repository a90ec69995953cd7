"""Services and what stands around them: rollouts, endpoints, autoscalers, budgets, names and firewalls."""
