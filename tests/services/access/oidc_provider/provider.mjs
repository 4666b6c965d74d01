// An OpenID provider on this machine, for tests: node provider.mjs MODULES PORT REDIRECT_URI ACCOUNTS
// ACCOUNTS is JSON: the claims of each account by its id. Whoever types an id into the form of signing in is that one.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, port, redirectUri, accounts] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(join(modules, "oidc-provider", "lib", "index.js")));
const known = JSON.parse(accounts);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "regulars",
    client_secret: "open-sesame-open-sesame-open-sesame",
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code"],
    response_types: ["code"],
  }],
  pkce: { required: () => true },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username"] },
  findAccount: (_, id) => (id in known ? { accountId: id, claims: () => ({ sub: id, ...known[id] }) } : undefined),
  cookies: { keys: ["for tests alone"] },
});
provider.on("server_error", (_, error) => console.error(error));
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
