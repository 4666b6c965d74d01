#!/usr/bin/env bash
# Runs one of Kafka's own tools against the broker, as the user "broker" where infra/kafka/secured.yml is in force:
#
#   docker compose exec kafka bash /etc/regulars/tool.sh kafka-topics.sh --list
set -euo pipefail

tool=$1
shift
log_on() {
  if [[ -n ${BROKER_PASSWORD-} ]]; then
    printf '%s\n' security.protocol=SASL_PLAINTEXT sasl.mechanism=PLAIN
    printf 'sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required '
    printf 'username="broker" password="%s";\n' "$BROKER_PASSWORD"
  fi
}

# A small Java, whatever the broker's own is. The password is in no file, and in no list of processes.
export KAFKA_HEAP_OPTS=-Xmx64m
exec "${KAFKA_TOOLS:-/opt/kafka/bin}/$tool" \
  --bootstrap-server "${KAFKA_SERVER:-kafka:9092}" --command-config <(log_on) "$@"
