// Sends the messages on standard input with RudderStack's library for Node: node rudderstack_node.cjs HOST KEY
// It packs its bodies with gzip, and says that they are of a form.
const { readFileSync } = require("node:fs");
const Analytics = require("@rudderstack/rudder-sdk-node");

const [dataPlaneUrl, writeKey] = process.argv.slice(2);
const errors = [];

async function main() {
  const analytics = new Analytics(writeKey, { dataPlaneUrl, flushAt: 100, retryCount: 30, logLevel: "none" });
  const heard = JSON.parse(readFileSync(0, "utf8")).map(
    ({ type, timestamp, ...fields }) =>
      new Promise((resolve) => {
        analytics[type]({ ...fields, timestamp: new Date(timestamp) }, (error) => {
          if (error) errors.push(String(error));
          resolve();
        });
      }),
  );
  await analytics.flush();
  await Promise.all(heard);
  console.log(JSON.stringify({ errors }));
}

main();
