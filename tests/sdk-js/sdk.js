// Drives Genesys' own JavaScript SDK (npm: purecloud-platform-client-v2) against a running sandbox.
//
// The second witness beside tests/sdk: the SDK logs in as a service and as a person, reads what hybridcheck reads,
// and every complaint of the SDK or of a comparison ends with a non-zero exit status.
//
// Usage: node sdk.js LOGIN_PORT API_PORT TOOL_CLIENT SAML_CLIENT SHORT_NAME USER
// The environment has SANDBOX_CLIENT_SECRET, SANDBOX_SAML_SECRET and SANDBOX_ASSERTION, the sandbox's certificate
// authority in NODE_EXTRA_CA_CERTS, and the folder of the installed SDK in NODE_PATH. Nothing leaves the loopback interface.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const os = require('node:os');
const path = require('node:path');

const DOMAIN = 'mypurecloud.de';
const [loginPort, apiPort, toolClient, samlClient, shortName, user] = process.argv.slice(2);
const ports = { [`login.${DOMAIN}`]: Number(loginPort), [`api.${DOMAIN}`]: Number(apiPort) };

// The SDK reads and watches ~/.genesyscloudjavascript; a test must not depend on what is there.
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'hybridcheck-sdk-js-'));
process.env.HOME = home;
process.on('exit', () => fs.rmSync(home, { recursive: true, force: true }));

// Connections to the sandbox's hosts are led to their ports, and every other is refused.
const connect = https.Agent.prototype.createConnection;
https.Agent.prototype.createConnection = function (options, done) {
  const port = ports[options.host];
  if (!port || Number(options.port) !== 443) throw new Error(`${options.host}:${options.port} is not a host of the sandbox`);
  return connect.call(this, { ...options, host: '127.0.0.1', port, servername: options.host }, done);
};
http.Agent.prototype.createConnection = (options) => {
  throw new Error(`${options.host}:${options.port} is asked without TLS`);
};

const sdk = require('purecloud-platform-client-v2');

function expect(what, found, expected) {
  const [is, should] = [JSON.stringify(found), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what}: expected ${should}, found ${is}`);
}

function need(what, found) {
  if (found === undefined || found === null || found === '') throw new Error(`${what} is missing`);
  return found;
}

/** The status and the code of a call that has to fail. */
async function refusal(what, call) {
  try {
    await call();
  } catch (refused) {
    // The SDK rejects with the body of the error itself.
    return [refused.status, refused.code];
  }
  throw new Error(`${what} was not refused`);
}

/** Every entity of a listing, by the numbers of its pages. */
async function pages(call, filters) {
  const all = [];
  for (let number = 1; number <= 50; number += 1) {
    const page = await call({ ...filters, pageNumber: number, pageSize: 10 });
    expect('page', page.pageNumber, number);
    all.push(...page.entities);
    if (number >= page.pageCount) {
      expect('last page', page.nextUri, undefined);
      expect('total', all.length, page.total);
      return all;
    }
    need('nextUri', page.nextUri);
  }
  throw new Error('a listing that does not end');
}

async function service() {
  const client = sdk.ApiClient.instance;
  client.setEnvironment(DOMAIN);
  await client.loginClientCredentialsGrant(toolClient, process.env.SANDBOX_CLIENT_SECRET);
  const tokens = new sdk.TokensApi();
  const info = await tokens.getTokensMe({ preserveIdleTTL: true });
  expect('client of the token', info.OAuthClient.id, toolClient);
  expect('grant type', info.OAuthClient.authorizedGrantType, 'CLIENT-CREDENTIALS');

  const organization = await new sdk.OrganizationApi().getOrganizationsMe();
  expect('organisation of the token', info.organization.id, organization.id);
  expect('short name', organization.thirdPartyOrgName, shortName);
  console.log(`organisation: ${need('its name', organization.name)}, ${organization.state}`);

  const providers = new sdk.IdentityProviderApi();
  const listing = await providers.getIdentityproviders();
  expect('providers', listing.entities.length, listing.total);
  const pureengage = await providers.getIdentityprovidersPureengage();
  expect('certificates', pureengage.certificates[0], pureengage.certificate);
  console.log(`PureEngage: issuer ${need('issuerURI', pureengage.issuerURI)}, provisions users: ${pureengage.autoProvisionUsers}`);

  const authorization = new sdk.AuthorizationApi();
  const roles = await pages((options) => authorization.getAuthorizationRoles(options), { userCount: true });
  const permissions = await pages((options) => authorization.getAuthorizationPermissions(options), { queryType: 'domain', query: 'journey' });
  need('permissions of sessions', permissions[0].permissionMap.session);
  const products = await authorization.getAuthorizationProducts();
  const subject = await authorization.getAuthorizationSubjectsMe();
  expect('subject', subject.id, toolClient);
  for (const grant of subject.grants) {
    const role = roles.find((known) => known.id === grant.role.id);
    const held = (policies, actions) => policies.map((policy) => [policy.domain, policy.entityName, policy[actions]]);
    expect('rights of a grant', held(grant.role.policies, 'actions'), held(role.permissionPolicies, 'actionSet'));
  }
  console.log(`roles: ${roles.length}, products: ${products.entities.length}, grants: ${need('grants', subject.grants.length)}`);

  const oauth = new sdk.OAuthApi();
  const clients = await oauth.getOauthClients();
  const one = await oauth.getOauthClient(samlClient);
  expect('client', clients.entities.find((known) => known.id === samlClient), one);
  expect('secret of a client', one.secret, undefined);
  need('date', (await new sdk.UtilitiesApi().getDate()).currentDate);

  expect('missing provider', await refusal('a missing provider', () => providers.getIdentityprovider('no-such-provider')), [404, 'not.found']);
  expect('person of a client', (await refusal('users/me', () => new sdk.UsersApi().getUsersMe()))[0], 400);
  await tokens.deleteTokensMe();
  expect('ended token', (await refusal('an ended token', () => tokens.getTokensMe()))[0], 401);
  console.log('service: read, and its token ended');
}

async function person() {
  const client = sdk.ApiClient.instance;
  await client.loginSaml2BearerGrant(samlClient, process.env.SANDBOX_SAML_SECRET, shortName, process.env.SANDBOX_ASSERTION);
  const me = await new sdk.UsersApi().getUsersMe();
  expect('person', me.email, user);
  expect('state', me.state, 'active');
  const subject = await new sdk.AuthorizationApi().getAuthorizationSubjectsMe();
  expect('subject', subject.id, me.id);
  await new sdk.TokensApi().deleteTokensMe();
  console.log(`person: ${me.name} <${me.email}>, ${subject.grants.length} roles, and the token ended`);
}

service()
  .then(person)
  .then(
    () => process.exit(0),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
