"""Starts MiniStack with the CloudFormation types that it lacks and this project uses.

A type of TYPES is carried by MiniStack's own service API, called with botocore over loopback: botocore checks the
request against AWS's service model and the API keeps the state, so what is read back was really created. A type of
left-out.json has no such API: its resources are recorded by CloudFormation and nothing is made. Any other unknown
type fails its stack, as in MiniStack itself.
"""

import json
import os
from pathlib import Path
from typing import NamedTuple

import botocore.session
import jmespath
from ministack import app
from ministack.core.responses import get_region
from ministack.services import route53
from ministack.services.cloudformation import engine, provisioners, stacks

LEFT_OUT = json.loads(Path(__file__).with_name("left-out.json").read_text(encoding="utf-8"))


class Api(NamedTuple):
    service: str
    create: str
    delete: str
    ref: str  # path into the answer of `create`, then into the properties: what Ref gives
    undo: dict  # arguments of `delete`: the same kind of path by argument
    arguments: object = dict  # properties -> arguments of `create`, where their names differ


def rule(properties):
    """The arguments that authorize one security group rule."""
    text = {"Description": properties.get("Description", "")}
    entry = {key: properties[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in properties}
    peer = properties.get("SourceSecurityGroupId") or properties.get("DestinationSecurityGroupId")
    if peer:
        entry["UserIdGroupPairs"] = [{"GroupId": peer, **text}]
    else:
        entry["IpRanges"] = [{"CidrIp": properties["CidrIp"], **text}]
    return {"GroupId": properties["GroupId"], "IpPermissions": [entry]}


RULE = ("SecurityGroupRules[0].SecurityGroupRuleId",
        {"GroupId": "GroupId", "SecurityGroupRuleIds": "SecurityGroupRules[].SecurityGroupRuleId"}, rule)
TYPES = {
    "AWS::EC2::EIP": Api("ec2", "allocate_address", "release_address", "PublicIp", {"AllocationId": "AllocationId"}),
    "AWS::EC2::FlowLog": Api("ec2", "create_flow_logs", "delete_flow_logs", "FlowLogIds[0]", {"FlowLogIds": "FlowLogIds"},
                             lambda p: {"ResourceIds" if key == "ResourceId" else key: p[key] for key in p}),
    "AWS::EC2::NatGateway": Api("ec2", "create_nat_gateway", "delete_nat_gateway", "NatGateway.NatGatewayId",
                                {"NatGatewayId": "NatGateway.NatGatewayId"}),
    "AWS::EC2::SecurityGroupEgress": Api(
        "ec2", "authorize_security_group_egress", "revoke_security_group_egress", *RULE),
    "AWS::EC2::SecurityGroupIngress": Api(
        "ec2", "authorize_security_group_ingress", "revoke_security_group_ingress", *RULE),
    "AWS::EC2::Volume": Api("ec2", "create_volume", "delete_volume", "VolumeId", {"VolumeId": "VolumeId"}),
    "AWS::S3Files::AccessPoint": Api(
        "s3files", "create_access_point", "delete_access_point", "accessPointId", {"accessPointId": "accessPointId"}),
    "AWS::S3Files::FileSystem": Api(
        "s3files", "create_file_system", "delete_file_system", "fileSystemArn", {"fileSystemId": "fileSystemId"}),
    "AWS::S3Files::MountTarget": Api(
        "s3files", "create_mount_target", "delete_mount_target", "mountTargetId", {"mountTargetId": "mountTargetId"}),
    "AWS::SecretsManager::ResourcePolicy": Api(
        "secretsmanager", "put_resource_policy", "delete_resource_policy", "SecretId", {"SecretId": "SecretId"}),
    "AWS::WAFv2::WebACLAssociation": Api(
        "wafv2", "associate_web_acl", "disassociate_web_acl", "ResourceArn", {"ResourceArn": "ResourceArn"}),
}

# Properties and answer of every resource made here, by type and physical id: a deletion may need more than the id.
made = {}


def client(service):
    return botocore.session.get_session().create_client(
        service, get_region(), endpoint_url=f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        aws_access_key_id="local", aws_secret_access_key="local")


def shaped(shape, value):
    """A CloudFormation value in the names and types of an API's input shape; a name that the API lacks is an error."""
    if shape.type_name == "structure":
        names = {name.lower(): name for name in shape.members}
        unknown = sorted(key for key in value if key.lower() not in names)
        if unknown:
            raise ValueError(f"{shape.name} has no {', '.join(unknown)}: map it in adapter.py or list it in left-out.json")
        return {names[key.lower()]: shaped(shape.members[names[key.lower()]], value[key]) for key in value}
    if shape.type_name == "list":
        return [shaped(shape.member, part) for part in (value if isinstance(value, list) else [value])]
    if shape.type_name == "boolean":
        return str(value).lower() == "true"
    if shape.type_name in ("integer", "long"):
        return int(value)
    return json.dumps(value) if isinstance(value, dict) else str(value)


def call(service, operation, arguments):
    api = client(service)
    shape = api.meta.service_model.operation_model(api.meta.method_to_api_mapping[operation]).input_shape
    return getattr(api, operation)(**shaped(shape, arguments))


def create(kind):
    def handler(logical_id, properties, stack_name):
        api = TYPES[kind]
        taken = {key: properties[key] for key in properties if f"{kind}.{key}" not in LEFT_OUT["properties"]}
        tags = taken.pop("Tags", []) if api.service == "ec2" else []
        answer = call(api.service, api.create, api.arguments(taken))
        record = {**taken, **answer}
        physical_id = jmespath.search(api.ref, record)
        if tags:
            owner = record.get("AllocationId", physical_id) if kind == "AWS::EC2::EIP" else physical_id
            call("ec2", "create_tags", {"Resources": [owner], "Tags": tags})
        made[kind, physical_id] = record
        return physical_id, {"Id": physical_id, **{key[0].upper() + key[1:]: answer[key] for key in answer}}
    return handler


def update(kind):
    """In place when only tags differ (they keep their first value); otherwise a new resource, then the old one goes."""
    def handler(physical_id, old, new, stack_name, logical_id):
        same = {**old, "Tags": None} == {**new, "Tags": None}
        if same:
            record = made[kind, physical_id]
            return physical_id, {"Id": physical_id, **{key[0].upper() + key[1:]: record[key] for key in record}}
        return provisioners._replace_resource(kind, physical_id, old, new, stack_name, logical_id)
    return handler


def delete(kind):
    def handler(physical_id, properties):
        api, record = TYPES[kind], made.pop((kind, physical_id))
        call(api.service, api.delete, {name: jmespath.search(path, record) for name, path in api.undo.items()})
    return handler


class LeftOut(dict):
    """Attributes of a resource that was not made: each reads as a text that says so."""

    def __contains__(self, attribute):
        return True

    def __missing__(self, attribute):
        return f"left-out-{attribute}"


def leave_out(logical_id, *_):
    return f"left-out-{logical_id}", LeftOut(Id=logical_id)


for name in TYPES:
    provisioners._RESOURCE_HANDLERS[name] = {
        "create": create(name), "update": update(name), "update_with_logical_id": True, "delete": delete(name)}
for name in LEFT_OUT["types"]:
    provisioners._RESOURCE_HANDLERS[name] = {
        "create": leave_out, "update": lambda physical_id, *_: (physical_id, LeftOut(Id=physical_id)), "delete": lambda *_: None}

# Hosted zones are not the app's to make: an account has them before the first deployment, under ids that it chose.
for zone, name in json.loads(os.environ.get("HOSTED_ZONES", "{}")).items():
    route53._zones[zone] = {"id": zone, "name": f"{name}.", "caller_reference": zone, "comment": "", "private": False, "vpcs": []}
    route53._records[zone] = route53._default_records(f"{name}.")

# The transform would look the rotation application up in AWS; its resource is left out, so nothing is to transform.
engine._SAM_TRANSFORM = None

# A handler that calls the server back must not run on the server's own event loop.
blocks = stacks._runs_on_worker_thread
stacks._runs_on_worker_thread = lambda kind: kind in TYPES or blocks(kind)

app.main()
