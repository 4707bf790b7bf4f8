// Two OpenID Connect providers (node-oidc-provider), at the ports of the arguments, whose access tokens are
// those of RFC 9068. A user signs in with any password; USERS says what else is in the token.
// POST /rotate puts a new key before the others.
// usage: oidc-provider.mjs PORT PORT USERS; USERS is JSON: {"ann": {"roles": ["participant"]}}
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const ports = process.argv.slice(2, 4).map(Number);
const users = JSON.parse(process.argv[4]);
const AUDIENCE = 'https://realtime.example.com';

const newKey = () => ({
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  kid: randomUUID(),
  use: 'sig',
  alg: 'RS256',
});

function provider(issuer, keys) {
  return new Provider(issuer, {
    jwks: { keys },
    clients: [
      {
        client_id: 'web',
        token_endpoint_auth_method: 'none',
        application_type: 'native', // may be sent back to http://localhost
        redirect_uris: ['http://localhost/signed-in'],
      },
    ],
    cookies: { keys: ['of the tests'] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    extraTokenClaims: (_, token) => users[token.accountId],
    ttl: { AccessToken: 300, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: 'stream', audience: AUDIENCE, accessTokenFormat: 'jwt' }),
      },
    },
  });
}

for (const port of ports) {
  let keys = [newKey()];
  const issuer = `http://localhost:${port}`;
  let current = provider(issuer, keys).callback();
  createServer((request, response) => {
    if (request.method === 'POST' && request.url === '/rotate') {
      keys = [newKey(), ...keys];
      current = provider(issuer, keys).callback();
      response.writeHead(204).end();
    } else {
      current(request, response);
    }
  }).listen(port, '127.0.0.1');
}
