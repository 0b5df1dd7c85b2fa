// A real identity provider on loopback, for the tests of signing in by OpenID Connect. Arguments: the address to come
// back to. Prints its own address once it listens; whoever types an e-mail as the login is believed to have it.

import { createServer } from "node:http";
import Provider from "oidc-provider";

const [back] = process.argv.slice(2);
// What the login says of itself decides what the provider says of it.
const claims = (sub) => ({ sub, email: sub, email_verified: !sub.startsWith("unverified"), name: `Name of ${sub}` });

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "pumptalk", client_secret: "a-secret-of-the-tests", redirect_uris: [back] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => claims(sub) }),
    pkce: { required: () => true },
    cookies: { keys: ["a-key-of-the-tests"] },
    features: { devInteractions: { enabled: true } },
  });
  server.on("request", provider.callback());
  console.log(`listening ${issuer}`);
});
