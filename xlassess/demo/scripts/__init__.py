"""What the made-up partners say, toolkit by toolkit."""
