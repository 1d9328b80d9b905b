"""What use cases need from the world, as Protocols with the contract that every adapter keeps."""

from bot.ports.audit import Audit, AuditEntry
from bot.ports.budget import Budget
from bot.ports.clock import Clock
from bot.ports.cluster import Cluster
from bot.ports.ideogram import Ideogram
from bot.ports.inbox import Delivery, Inbox
from bot.ports.incidents import Incidents
from bot.ports.ledger import Ledger
from bot.ports.messenger import Answers, Messenger, file_name
from bot.ports.metrics import Metrics
from bot.ports.mitigation import Keys, Lookout, Mitigation
from bot.ports.mitigations import Claim, Mitigations
from bot.ports.network import Network
from bot.ports.outbox import Outbox
from bot.ports.probe import Instruments, Probe, Subject
from bot.ports.recoveries import Recoveries, RecoveryClaim
from bot.ports.timeline import Timeline
from bot.ports.triages import Triages
from bot.ports.unit_of_work import Storage, UnitOfWork
from bot.ports.words import Confirm, Entry, Wording, Words

__all__ = [
    "Answers",
    "Audit",
    "AuditEntry",
    "Budget",
    "Claim",
    "Clock",
    "Cluster",
    "Confirm",
    "Delivery",
    "Entry",
    "Ideogram",
    "Inbox",
    "Incidents",
    "Instruments",
    "Keys",
    "Ledger",
    "Lookout",
    "Messenger",
    "Metrics",
    "Mitigation",
    "Mitigations",
    "Network",
    "Outbox",
    "Probe",
    "Recoveries",
    "RecoveryClaim",
    "Storage",
    "Subject",
    "Timeline",
    "Triages",
    "UnitOfWork",
    "Wording",
    "Words",
    "file_name",
]
