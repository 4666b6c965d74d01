"""How a sender's JSON record becomes events: a YAML table of JMESPath expressions, compiled for speed."""
