#!/usr/bin/env bash
# Who may do what on a Kafka with an authorizer. What stands in no rule is refused; making a rule again changes nothing.
#
#   User:regulars   our own services: they alone write regulars.events. They cannot delete a topic, nor can a mistake.
#                   The group of the doors, regulars.door, is theirs too: nobody else takes records of the intake away.
#   User:upstream   systems that bring facts: they write regulars.intake, and read nothing.
#
# An idempotent producer, as Java's are by default, needs no rule of its own: since Kafka 3.0 Write on its topic is enough.
# With another REGULARS_TOPIC_PREFIX, write it in place of "regulars" in the names of topics and groups.
set -euo pipefail

allow() {
  bash "$(dirname "$0")/tool.sh" kafka-acls.sh --add "$@"
}

allow --allow-principal User:regulars --resource-pattern-type prefixed --topic regulars. \
  --operation Create --operation Describe --operation Read --operation Write \
  --operation DescribeConfigs --operation AlterConfigs
allow --allow-principal User:regulars --resource-pattern-type prefixed --group regulars. \
  --operation Describe --operation Read
allow --allow-principal User:regulars --cluster \
  --operation Describe

allow --allow-principal User:upstream --topic regulars.intake \
  --operation Describe --operation Write
