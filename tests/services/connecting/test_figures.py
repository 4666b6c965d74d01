"""What a connector counts can be scraped."""

from prometheus_client import generate_latest

from services.connecting.figures import ConnectorFigures, connector_registry
from services.connecting.taking import Counts
from services.ingest.verdict import Outcome


def test_records_are_counted_by_what_became_of_them() -> None:
    """By connector, since several may be scraped together."""
    counts = Counts()
    counts.verdicts.update({Outcome.STORED: 7, Outcome.REJECTED: 1})
    counts.skipped.update({"tombstone": 3})

    shown = generate_latest(connector_registry(ConnectorFigures("crm", counts, 2, leading=True))).decode()

    found = [line for line in shown.splitlines() if line.startswith("regulars_connector_")]
    assert found == [
        'regulars_connector_records_total{connector="crm",outcome="stored"} 7.0',
        'regulars_connector_records_total{connector="crm",outcome="rejected"} 1.0',
        'regulars_connector_passed_over_total{connector="crm",kind="tombstone"} 3.0',
        'regulars_connector_interruptions_total{connector="crm"} 2.0',
        'regulars_connector_following{connector="crm"} 1.0',
    ]
