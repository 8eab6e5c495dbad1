"""RDS's automated backups that are replicated to another Region, and instances restored from them, for MiniStack.

MiniStack keeps neither. Here an instance of a template has backups where `AutomaticBackupReplicationRegion` says, encrypted
with the key that it names; they say that everything has been copied, since nothing is. An instance that is to be restored
has to name them and a moment within them, and then has what RDS takes over from its source. No data is behind any of this.
"""

import time
from datetime import datetime, timezone

from ministack.core.responses import get_account_id, get_region
from ministack.services import rds
from ministack.services.cloudformation import provisioners

INHERITED = ("Engine", "EngineVersion", "MasterUsername", "StorageEncrypted", "AllocatedStorage", "DBName")
backups = {}  # by ARN: where they are, their key, from when on, properties of the instance


def text(moment):
    return datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def replicate(instance, properties):
    region = properties.get("AutomaticBackupReplicationRegion")
    if region:
        arn = f"arn:aws:rds:{region}:{get_account_id()}:auto-backup:ab-{instance}"
        known = backups.get(arn, {"from": time.time()})
        backups[arn] = {**known, "region": region, "instance": instance, "properties": properties}


def restored(properties):
    """The properties of an instance with those of its source, or an error as RDS's."""
    arn = properties.get("SourceDBInstanceAutomatedBackupsArn")
    if arn is None:
        return properties
    source = backups.get(arn)
    if source is None or source["region"] != get_region():
        raise ValueError(f"DBInstanceAutomatedBackupNotFound: {arn}")
    moment = datetime.fromisoformat(properties["RestoreTime"].replace("Z", "+00:00")).timestamp()
    if not source["from"] <= moment <= time.time():
        raise ValueError(f"InvalidParameterValue: {properties['RestoreTime']} is not within the backups {arn}")
    taken = {name: source["properties"][name] for name in INHERITED if name in source["properties"]}
    return {"KmsKeyId": source["properties"]["AutomaticBackupReplicationKmsKeyId"], **taken, **properties}


def create(logical_id, properties, stack_name, own=provisioners._rds_db_instance_create):
    answer = own(logical_id, restored(properties), stack_name)
    replicate(answer[0], properties)
    return answer


def update(physical_id, old, new, stack_name, logical_id=None, own=provisioners._rds_db_instance_update):
    answer = own(physical_id, restored(old), restored(new), stack_name, logical_id)
    replicate(answer[0], new)
    return answer


def described(arn, backup):
    return (
        f"<DBInstanceAutomatedBackup><DBInstanceAutomatedBackupsArn>{arn}</DBInstanceAutomatedBackupsArn>"
        f"<DBInstanceIdentifier>{backup['instance']}</DBInstanceIdentifier><Status>replicating</Status>"
        f"<KmsKeyId>{backup['properties']['AutomaticBackupReplicationKmsKeyId']}</KmsKeyId>"
        f"<RestoreWindow><EarliestTime>{text(backup['from'])}</EarliestTime>"
        f"<LatestTime>{text(time.time())}</LatestTime></RestoreWindow></DBInstanceAutomatedBackup>"
    )


def describe(parameters):
    found = "".join(described(arn, each) for arn, each in backups.items() if each["region"] == get_region())
    kind = "DescribeDBInstanceAutomatedBackups"
    members = f"<DBInstanceAutomatedBackups>{found}</DBInstanceAutomatedBackups>"
    return rds._xml(200, f"{kind}Response", f"<{kind}Result>{members}</{kind}Result>")


rds._ACTION_MAP["DescribeDBInstanceAutomatedBackups"] = describe
handlers = provisioners._RESOURCE_HANDLERS["AWS::RDS::DBInstance"]
handlers.update({"create": create, "update": update})
