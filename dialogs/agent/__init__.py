"""客服: what agents say about a customer, in private chat or in a service group, and what reaches whom."""
