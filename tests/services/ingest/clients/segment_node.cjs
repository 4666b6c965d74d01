// Sends the messages on standard input with Segment's library for Node: node segment_node.cjs HOST KEY
const { readFileSync } = require("node:fs");
const { Analytics } = require("@segment/analytics-node");

const [host, writeKey] = process.argv.slice(2);
const errors = [];

async function main() {
  const analytics = new Analytics({ host, writeKey, maxRetries: 30 });
  for (const { type, timestamp, ...fields } of JSON.parse(readFileSync(0, "utf8"))) {
    const heard = (error) => error && errors.push(String(error));
    analytics[type]({ ...fields, timestamp: new Date(timestamp) }, heard);
  }
  await analytics.closeAndFlush({ timeout: 60_000 });
  console.log(JSON.stringify({ errors }));
}

main();
