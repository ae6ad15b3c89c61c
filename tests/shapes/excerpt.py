#!/usr/bin/env python3
"""Writes platform_api.tsv: what the Platform API's own definition says about the calls that hybridcheck makes.

Usage: excerpt.py DIRECTORY > platform_api.tsv

DIRECTORY holds the definition as Genesys publishes it, one Swagger 2.0 file (*.yml) per area. It is not part of this
project: the excerpt carries names and types only. `GET /api/v2/users/me` is taken from the models of Genesys' Python
SDK (tests/sdk/requirements.txt), which are generated from the same definition. Needs PyYAML and that SDK.

Lines, separated by tabs:
    call        METHOD PATH   definition of the answer, or -
    parameter   METHOD PATH   name   place   type
    scope       METHOD PATH   scopes, one of which is needed once scopes are enforced
    permission  METHOD PATH   ANY or ALL   permissions
    error       METHOD PATH   status   code
    member      DEFINITION    name   type   `required` or -
Types: string, boolean, integer, number; `list of T`, `map of T`; `one of A|B`; a definition's name, with `(not here)`
where the excerpt says no more about it.
"""

import pathlib
import sys

import yaml
from PureCloudPlatformClientV2.models import Division, UserMe

CALLS = [
    "DELETE /api/v2/tokens/me",
    "GET /api/v2/authorization/permissions",
    "GET /api/v2/authorization/products",
    "GET /api/v2/authorization/roles",
    "GET /api/v2/authorization/subjects/me",
    "GET /api/v2/date",
    "GET /api/v2/identityproviders",
    "GET /api/v2/identityproviders/pureengage",
    "GET /api/v2/identityproviders/{providerId}",
    "GET /api/v2/oauth/clients",
    "GET /api/v2/oauth/clients/{clientId}",
    "GET /api/v2/organizations/me",
    "GET /api/v2/tokens/me",
]
# What the answers are made of, as far as anybody here reads or plays it.
DEFINITIONS = [
    "AuthzDivision",
    "AuthzGrant",
    "AuthzGrantPolicy",
    "AuthzGrantRole",
    "AuthzSubject",
    "CustomProvider",
    "DomainOrganizationProduct",
    "DomainOrganizationRole",
    "DomainPermission",
    "DomainPermissionCollection",
    "DomainPermissionPolicy",
    "ErrorBody",
    "IdentityProviderEntityListing",
    "NamedEntity",
    "OAuthClient",
    "OAuthClientEntityListing",
    "OrgOAuthClient",
    "Organization",
    "OrganizationProductEntityListing",
    "OrganizationRoleEntityListing",
    "PermissionCollectionEntityListing",
    "PureEngage",
    "RoleDivision",
    "SAMLProvider",
    "ServerDate",
    "TokenInfo",
]
SDK_TYPES = {"str": "string", "bool": "boolean", "int": "integer", "float": "number", "datetime": "string"}
SDK_MODELS = {"UserMe": UserMe, "Division": Division}


def named(name):
    return name if name in DEFINITIONS or name in SDK_MODELS else f"{name} (not here)"


def type_of(schema):
    if "$ref" in schema:
        return named(schema["$ref"].rsplit("/", 1)[-1])
    if schema.get("type") == "array":
        return f"list of {type_of(schema['items'])}"
    if "additionalProperties" in schema:
        return f"map of {type_of(schema['additionalProperties'])}"
    if "enum" in schema:
        return "one of " + "|".join(str(value) for value in schema["enum"])
    return schema.get("type", "object")


def type_of_sdk(name):
    if name.startswith("list["):
        return f"list of {type_of_sdk(name[5:-1])}"
    return SDK_TYPES.get(name) or named(name)


def main():
    definitions, paths = {}, {}
    for file in sorted(pathlib.Path(sys.argv[1]).glob("*.yml")):
        text = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        definitions.update(text["definitions"])
        paths.update(text["paths"])

    lines = []
    for call in CALLS:
        method, path = call.split(" ")
        operation = paths[path][method.lower()]
        answer = operation["responses"].get("200", {}).get("schema")
        lines.append(("call", call, type_of(answer) if answer else "-"))
        for parameter in operation.get("parameters", []):
            lines.append(("parameter", call, parameter["name"], parameter["in"], type_of(parameter)))
        for scheme in operation["security"]:
            if scopes := scheme["PureCloud OAuth"]:
                lines.append(("scope", call, " ".join(sorted(scopes))))
        if needed := operation.get("x-inin-requires-permissions"):
            lines.append(("permission", call, needed["type"], " ".join(sorted(needed["permissions"]))))
        for status, response in operation["responses"].items():
            for code in sorted(response.get("x-inin-error-codes", {})):
                lines.append(("error", call, status, code))
    lines.append(("call", "GET /api/v2/users/me", "UserMe"))

    for name in DEFINITIONS:
        required = definitions[name].get("required", [])
        for member, schema in definitions[name].get("properties", {}).items():
            lines.append(("member", name, member, type_of(schema), "required" if member in required else "-"))
    for name, model in SDK_MODELS.items():
        model = model()
        for attribute, kind in model.swagger_types.items():
            lines.append(("member", name, model.attribute_map[attribute], type_of_sdk(kind), "-"))

    print("# What the Platform API's definition says about the calls that hybridcheck makes. Written by excerpt.py.")
    for line in sorted(lines):
        print("\t".join(line))


if __name__ == "__main__":
    main()
