// Sends the events on standard input with the CloudEvents library for Node: node cloudevents_node.cjs HOST KEY
// Each goes in the mode that it names, over the library's own transport, which sends in chunks and never tries again:
// that is for whoever uses it, and here it is done.
const { readFileSync } = require("node:fs");
const { setTimeout: sleep } = require("node:timers/promises");
const { CloudEvent, Mode, emitterFor, httpTransport } = require("cloudevents");

const [host, key] = process.argv.slice(2);
const errors = [];
const options = { headers: { authorization: `Bearer ${key}` } };
const post = httpTransport(`${host}/v1/events`);
const emitters = {
  binary: emitterFor(post, { mode: Mode.BINARY }),
  structured: emitterFor(post, { mode: Mode.STRUCTURED }),
};

async function send(emit, event) {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      const answer = JSON.parse((await emit(event, options)).body);
      if (answer.success) return;
      if (answer.code !== "unavailable") throw new Error(JSON.stringify(answer));
    } catch (error) {
      if (!error.code) throw error; // what has a code is the network's
    }
    await sleep(200);
  }
  throw new Error("the server never took it");
}

async function main() {
  for (const { mode, ...attributes } of JSON.parse(readFileSync(0, "utf8"))) {
    await send(emitters[mode], new CloudEvent(attributes)).catch((error) => errors.push(String(error)));
  }
  console.log(JSON.stringify({ errors }));
}

main();
