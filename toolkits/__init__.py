"""The instruments, one YAML file each, and the JSON schema an editor can check them with."""
