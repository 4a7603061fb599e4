// An OpenID Connect issuer that nobody here wrote: oidc-provider, which is
// certified, with its own pages for sign-in and consent. The console is tested
// against it because an issuer of ours could share a mistake with a client of
// ours. docs/ISSUER.md says how to run it by hand.
//
//   node provider.mjs settings.json
//
// It listens on loopback, prints "issuer: http://127.0.0.1:PORT" when it is
// ready, and forgets everything when it ends. Any password is right.
//
//   { "port": 0,
//     "client": { "id": "keydesk", "secret": "…", "redirect": ["…/auth/callback"], "signedOut": ["…/auth/signed-out"] },
//     "accounts": [{ "sub": "dana", "name": "Dana Kim", "email": "…", "groups": ["Keydesk Helpdesk"] }] }

import { randomBytes, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'

import Provider from 'oidc-provider'

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const accounts = new Map(settings.accounts.map(a => [a.sub, a]))

function configuration ({ id, secret, redirect, signedOut }) {
  return {
    clients: [{
      client_id: id,
      client_secret: secret,
      redirect_uris: redirect,
      post_logout_redirect_uris: signedOut,
      grant_types: ['authorization_code'],
      response_types: ['code'],
    }],
    responseTypes: ['code'],
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'email', 'groups'],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    // As the specification has it: with an access token around, the claims of a
    // scope come from the userinfo endpoint, and the ID token has none of them.
    conformIdTokenClaims: true,
    findAccount: (_, sub) => accounts.has(sub) ? { accountId: sub, claims: () => claims(accounts.get(sub)) } : undefined,
    jwks: { keys: [signingKey()] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    features: { devInteractions: { enabled: true } },
  }
}

function claims ({ sub, name, email, groups }) {
  return { sub, name, preferred_username: email, email, email_verified: true, groups }
}

function signingKey () {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' }
}

// The pages ask a far server for a typeface. A test talks to this machine only.
async function withoutWebFont (ctx, next) {
  await next()
  if (typeof ctx.body === 'string') ctx.body = ctx.body.replace(/@import url\([^)]*\);/, '')
}

const server = createServer()
server.listen(settings.port ?? 0, '127.0.0.1')
await once(server, 'listening')
const address = `http://127.0.0.1:${server.address().port}`

const provider = new Provider(address, configuration(settings.client))
provider.use(withoutWebFont)
server.on('request', provider.callback())
console.log(`issuer: ${address}`)
