#!/usr/bin/env python3
"""Drives Genesys' own Python SDK (PyPI: purecloudplatformclientv2) against a running sandbox.

The sandbox claims the shapes of the published API. This is the witness: the SDK logs in, reads what hybridcheck
reads, and every complaint of the SDK or of a comparison ends with a non-zero exit status.

The secret comes from the environment variable SANDBOX_CLIENT_SECRET. Nothing leaves the loopback interface.
The client must be the sandbox's tool client, or another one that may read identity providers and roles.
With --saml-client and --user, a person logs in as well: SANDBOX_SAML_SECRET and SANDBOX_ASSERTION are then needed.
"""

import argparse
import os
import socket
import sys
import tempfile

# The SDK reads and watches ~/.genesyscloudpython; a test must not depend on what is there.
HOME = tempfile.TemporaryDirectory(prefix="hybridcheck-sdk-", ignore_cleanup_errors=True)
os.environ["HOME"] = HOME.name

import urllib3.util.connection  # noqa: E402

DOMAIN = "mypurecloud.de"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ca_file", help="PEM file of the sandbox's certificate authority")
    parser.add_argument("login_port", type=int, help=f"port of login.{DOMAIN}")
    parser.add_argument("api_port", type=int, help=f"port of api.{DOMAIN}")
    parser.add_argument("client_id")
    parser.add_argument("--org-id", help="the organisation id to expect")
    parser.add_argument("--issuer", help="the issuer to expect at the PureEngage identity provider")
    parser.add_argument("--short-name", help="the short name of the organisation to expect")
    parser.add_argument("--saml-client", help="the client for a person's login")
    parser.add_argument("--user", help="the e-mail address of the person")
    parser.add_argument("--role", action="append", default=[], help="a role that must be there (repeatable)")
    return parser.parse_args()


def lead_to_loopback(ports):
    """Sends connections to the sandbox's hosts to their ports, and refuses every other."""

    def create_connection(address, timeout=None, source_address=None, socket_options=None):
        host, port = address
        if port != 443 or host not in ports:
            raise OSError(f"{host}:{port} is not a host of the sandbox")
        wait = timeout if isinstance(timeout, (int, float)) else 10
        return socket.create_connection(("127.0.0.1", ports[host]), timeout=wait)

    urllib3.util.connection.create_connection = create_connection


def expect(what, found, expected):
    if expected is not None and found != expected:
        sys.exit(f"{what}: expected {expected!r}, found {found!r}")


def pages(call, **filters):
    """Every entity of a listing; the SDK's model of a page must tell how many pages there are."""
    number = 1
    while True:
        page = call(page_number=number, page_size=10, **filters)
        yield from page.entities
        if page.next_uri is None:
            expect("last page", page.page_number, max(page.page_count, 1))
            return
        number += 1


def main():
    wanted = arguments()
    secret = os.environ["SANDBOX_CLIENT_SECRET"]
    lead_to_loopback({f"login.{DOMAIN}": wanted.login_port, f"api.{DOMAIN}": wanted.api_port})

    import PureCloudPlatformClientV2 as sdk
    from PureCloudPlatformClientV2.rest import ApiException

    sdk.configuration.ssl_ca_cert = wanted.ca_file
    sdk.configuration.create_mtls_or_ssl_context()
    sdk.configuration.host = f"https://api.{DOMAIN}"
    client = sdk.api_client.ApiClient().get_client_credentials_token(wanted.client_id, secret)
    print("token: issued")

    tokens = sdk.TokensApi(client)
    info = tokens.get_tokens_me()
    expect("client of the token", info.o_auth_client.id, wanted.client_id)
    expect("grant type", info.o_auth_client.authorized_grant_type, "CLIENT-CREDENTIALS")
    print(f"client: {info.o_auth_client.name}, {info.o_auth_client.state}")

    organization = sdk.OrganizationApi(client).get_organizations_me()
    expect("organisation id", organization.id, wanted.org_id)
    expect("organisation of the token", info.organization.id, organization.id)
    expect("short name", organization.third_party_org_name, wanted.short_name)
    print(f"organisation: {organization.name} ({organization.third_party_org_name}), {organization.state}")

    providers = sdk.IdentityProviderApi(client)
    listing = providers.get_identityproviders()
    expect("providers", len(listing.entities), min(listing.total, listing.page_size))
    print(f"identity providers: {', '.join(provider.name for provider in listing.entities)}")
    pureengage = providers.get_identityproviders_pureengage()
    expect("issuer", pureengage.issuer_uri, wanted.issuer)
    if not pureengage.certificates:
        sys.exit("the PureEngage provider has no certificate")
    print(f"PureEngage: issuer {pureengage.issuer_uri}, provisions users: {pureengage.auto_provision_users}")

    authorization = sdk.AuthorizationApi(client)
    roles = list(pages(authorization.get_authorization_roles, user_count=True))
    names = [role.name for role in roles]
    for role in wanted.role:
        if role not in names:
            sys.exit(f"role {role!r} is not among {names}")
        found = [found.name for found in pages(authorization.get_authorization_roles, name=role)]
        if role not in found:
            sys.exit(f"role {role!r} is not found by its name: {found}")
    print(f"roles: {len(names)}")
    products = authorization.get_authorization_products()
    permissions = list(pages(authorization.get_authorization_permissions))
    print(f"products: {len(products.entities)}, domains with permissions: {len(permissions)}")
    journey = list(pages(authorization.get_authorization_permissions, query_type="domain", query="journey"))
    expect("domains found by name", [found.domain for found in journey], ["journey"])
    expect("action of a permission", "view" in [held.action for held in journey[0].permission_map["session"]], True)

    subject = authorization.get_authorization_subjects_me()
    expect("subject of the token", subject.id, wanted.client_id)
    for grant in subject.grants:
        role = next(role for role in roles if role.id == grant.role.id)
        allowed = [(policy.domain, policy.entity_name, policy.action_set) for policy in role.permission_policies]
        granted = [(policy.domain, policy.entity_name, policy.actions) for policy in grant.role.policies]
        expect(f"what a grant of {grant.role.name} allows", granted, allowed)
    print(f"grants: {', '.join(f'{grant.role.name} in {grant.division.name}' for grant in subject.grants)}")

    oauth = sdk.OAuthApi(client)
    clients = oauth.get_oauth_clients()
    expect("clients", len(clients.entities), clients.total)
    record = oauth.get_oauth_client(wanted.client_id)
    expect("record of the client", record.to_dict(), next(c for c in clients.entities if c.id == record.id).to_dict())
    expect("secret in the record", record.secret, None)
    print(f"clients: {', '.join(f'{found.name} ({found.authorized_grant_type})' for found in clients.entities)}")
    print(f"date: {sdk.UtilitiesApi(client).get_date().current_date.isoformat()}")

    # An error must reach the SDK's own exception with the service's status and correlation id.
    try:
        providers.get_identityprovider("no-such-provider")
    except ApiException as refused:
        expect("status of a missing provider", refused.status, 404)
        if "not.found" not in str(refused.body):
            sys.exit(f"a missing provider's body has no code: {refused.body}")
        print("missing provider: 404 not.found")
    else:
        sys.exit("a provider that is not there was found")

    tokens.delete_tokens_me()
    try:
        tokens.get_tokens_me()
    except ApiException as refused:
        expect("status of an ended token", refused.status, 401)
        print("ended token: 401")
    else:
        sys.exit("an ended token was accepted")

    if wanted.saml_client:
        login(sdk, wanted, organization.third_party_org_name)


def login(sdk, wanted, short_name):
    """A person's login with a signed assertion, and what the person's token is good for."""
    secret, assertion = os.environ["SANDBOX_SAML_SECRET"], os.environ["SANDBOX_ASSERTION"]
    client = sdk.api_client.ApiClient()
    client = client.get_saml2bearer_token(wanted.saml_client, secret, short_name, assertion)
    me = sdk.UsersApi(client).get_users_me()
    expect("person of the token", me.email, wanted.user)
    tokens = sdk.TokensApi(client)
    expect("client of the login", tokens.get_tokens_me().o_auth_client.id, wanted.saml_client)
    subject = sdk.AuthorizationApi(client).get_authorization_subjects_me()
    expect("subject of the login", subject.id, me.id)
    print(f"person: {me.name} <{me.email}>, {me.state}, {len(subject.grants)} roles")
    tokens.delete_tokens_me()


if __name__ == "__main__":
    main()
