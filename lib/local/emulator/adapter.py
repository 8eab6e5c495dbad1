"""Starts MiniStack with the CloudFormation types that it lacks and this project uses.

A type of TYPES is carried by MiniStack's own service API, called with botocore, which has AWS's model: what is read back
was made. A type of left-out.json has no such API: nothing is made. MiniStack refuses any other unknown type.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import NamedTuple

import botocore.session
import jmespath
import automated_backups, changed_outputs, other_regions  # noqa: E401, F401, where MiniStack is not like AWS
from ministack import app
from ministack.core.responses import get_region
from ministack.services import route53
from ministack.services.cloudformation import engine, provisioners, stacks

LEFT_OUT = json.loads(Path(__file__).with_name("left-out.json").read_text(encoding="utf-8"))
made = {}  # what was made here, by type and physical id: a deletion may need more than the id


class Api(NamedTuple):
    service: str
    create: str
    delete: str
    ref: str  # what Ref gives: a JMESPath into the properties and the answer of `create`
    undo: dict  # arguments of `delete`: the same kind of path by argument
    arguments: object = dict  # properties -> arguments of `create`, where the names differ


def rule(properties):
    """The arguments that authorize one security group rule."""
    text = {"Description": properties.get("Description", "")}
    other = properties.get("SourceSecurityGroupId") or properties.get("DestinationSecurityGroupId")
    group = [{"GroupId": other, **text}] if other else []
    network = [{"CidrIp": properties["CidrIp"], **text}] if "CidrIp" in properties else []
    ports = {key: properties[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in properties}
    return {"GroupId": properties["GroupId"], "IpPermissions": [{**ports, "UserIdGroupPairs": group, "IpRanges": network}]}


def carried(service, noun, ref):
    """A type whose API follows the usual names and deletes by the identifier that it gave."""
    return Api(service, f"create_{noun}", f"delete_{noun}", ref, {ref.split(".")[-1]: ref})


RULE_IDS = "SecurityGroupRules[*].SecurityGroupRuleId"
TYPES = {
    "AWS::EC2::EIP": Api("ec2", "allocate_address", "release_address", "PublicIp", {"AllocationId": "AllocationId"}),
    "AWS::EC2::FlowLog": Api(
        "ec2", "create_flow_logs", "delete_flow_logs", "FlowLogIds[0]", {"FlowLogIds": "FlowLogIds"},
        lambda p: {"ResourceIds" if key == "ResourceId" else key: p[key] for key in p}),
    "AWS::EC2::NatGateway": carried("ec2", "nat_gateway", "NatGateway.NatGatewayId"),
    **{f"AWS::EC2::SecurityGroup{way.capitalize()}": Api(
        "ec2", f"authorize_security_group_{way}", f"revoke_security_group_{way}", f"{RULE_IDS} | [0]",
        {"GroupId": "GroupId", "SecurityGroupRuleIds": RULE_IDS}, rule) for way in ("egress", "ingress")},
    "AWS::EC2::Volume": carried("ec2", "volume", "VolumeId"),
    "AWS::ECS::ClusterCapacityProviderAssociations": Api(
        "ecs", "put_cluster_capacity_providers", "put_cluster_capacity_providers", "Cluster",
        {"cluster": "Cluster", "capacityProviders": "`[]`", "defaultCapacityProviderStrategy": "`[]`"}),
    "AWS::S3Files::AccessPoint": carried("s3files", "access_point", "accessPointId"),
    "AWS::S3Files::FileSystem": carried("s3files", "file_system", "fileSystemId")._replace(ref="fileSystemArn"),
    "AWS::S3Files::MountTarget": carried("s3files", "mount_target", "mountTargetId"),
    "AWS::SecretsManager::ResourcePolicy": Api(
        "secretsmanager", "put_resource_policy", "delete_resource_policy", "SecretId", {"SecretId": "SecretId"}),
    "AWS::WAFv2::WebACLAssociation": Api(
        "wafv2", "associate_web_acl", "disassociate_web_acl", "ResourceArn", {"ResourceArn": "ResourceArn"}),
}


def shaped(shape, value):
    """A CloudFormation value in the names and types of an API's input shape; a name that the API lacks is an error."""
    if shape.type_name == "structure":
        names = {name.lower(): name for name in shape.members}
        return {names[key.lower()]: shaped(shape.members[names[key.lower()]], value[key]) for key in value}
    if shape.type_name == "list":
        return [shaped(shape.member, part) for part in (value if isinstance(value, list) else [value])]
    number = shape.type_name in ("integer", "long")
    return int(value) if number else json.dumps(value) if isinstance(value, dict) else value


def call(service, operation, arguments):
    api = botocore.session.get_session().create_client(
        service, get_region(), endpoint_url=f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        aws_access_key_id="local", aws_secret_access_key="local")
    shape = api.meta.service_model.operation_model(api.meta.method_to_api_mapping[operation]).input_shape
    return getattr(api, operation)(**shaped(shape, arguments))


def handlers(kind, api):
    def create(logical_id, properties, stack_name):
        taken = dict(properties)
        tags = taken.pop("Tags", []) if api.service == "ec2" else []  # takes a call of its own
        answer = call(api.service, api.create, api.arguments(taken))
        physical_id = jmespath.search(api.ref, {**taken, **answer})
        if tags:
            call("ec2", "create_tags", {"Resources": [answer.get("AllocationId", physical_id)], "Tags": tags})
        given = {"Id": physical_id, api.ref.split(".")[-1]: physical_id, **answer}  # GetAtt may name it, too
        made[kind, physical_id] = {**taken, **answer}, {key[0].upper() + key[1:]: given[key] for key in given}
        return physical_id, made[kind, physical_id][1]

    def update(physical_id, old, new, stack_name, logical_id):
        if {**old, "Tags": None} == {**new, "Tags": None}:  # tags keep their first value
            return physical_id, made[kind, physical_id][1]
        return provisioners._replace_resource(kind, physical_id, old, new, stack_name, logical_id)

    def delete(physical_id, properties):
        record = made.pop((kind, physical_id))[0]
        call(api.service, api.delete, {name: jmespath.search(path, record) for name, path in api.undo.items()})

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}


class Nothing(dict):
    """Attributes of a resource that was not made: each reads as a text that says so, another one in each stack."""
    __contains__ = lambda self, attribute: True
    __missing__ = lambda self, attribute: f"left-out-{attribute}-{self['Stack']}"


def left_out(identifier, *given):
    return f"left-out-{identifier.removeprefix('left-out-')}", Nothing(Id=identifier, Stack=given[-1])


def unless(marked, native):
    """A type's own handlers, except for resources with a property that they cannot carry: those are left out."""
    def choose(action, position):
        return lambda *given: (left_out if marked in given[position] else native[action])(*given)
    return {**native, "create": choose("create", 1), "update": choose("update", 2), "delete": choose("delete", 1)}


NATIVE = provisioners._RESOURCE_HANDLERS
NATIVE.update({kind: handlers(kind, api) for kind, api in TYPES.items()})
NATIVE.update({kind: dict.fromkeys(("create", "update", "delete"), left_out) for kind in LEFT_OUT["types"]})
for kind, marked in (each.split(".") for each in LEFT_OUT["resources with"]):
    NATIVE[kind] = unless(marked, NATIVE[kind])
# A handler that calls the server back must not run on the server's own event loop.
stacks._runs_on_worker_thread = lambda kind, own=stacks._runs_on_worker_thread: kind in TYPES or own(kind)
# Only the left-out rotation application asks for this transform, which would look it up in AWS.
engine._SAM_TRANSFORM = None
# Hosted zones are not the app's to make: an account has them before the first deployment, under ids of AWS's choice.
for zone, name in json.loads(os.environ["HOSTED_ZONES"]).items():
    route53._zones[zone] = {"id": zone, "name": f"{name}.", "caller_reference": zone, "comment": "", "private": False}
    route53._records[zone] = route53._default_records(f"{name}.")
# Standard input is a pipe from whoever started this: it ends with them, and then everything here ends too.
threading.Thread(target=lambda: (sys.stdin.read(), os.killpg(0, signal.SIGKILL)), daemon=True).start()
app.main()
