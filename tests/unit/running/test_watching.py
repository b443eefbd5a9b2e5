"""Prometheus and Grafana as shipped: queries that parse, figures and labels that exist, alerts that say what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from core import metrics
from core.cli.app import COMMANDS
from core.config.settings import PREFIX, Runtime

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / "config"
ALERTS = CONFIG / "prometheus" / "alerts.yml"
DASHBOARD = json.loads((CONFIG / "grafana" / "dashboards" / "deskbell.json").read_text())
RULES = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
#: What Prometheus knows of each process without us.
OF_THE_SCRAPE = {"job", "instance"}
#: Series that Prometheus or its client library make.
FOREIGN = {
    "up": set(),
    "ALERTS": {"alertname", "alertstate"},
    "process_cpu_seconds_total": set(),
    "process_resident_memory_bytes": set(),
}


def series() -> dict[str, set[str]]:
    """Every series that a process shows, with its labels."""
    known: dict[str, set[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            [family] = metric.describe()
            labels = set(metric._labelnames)
            match family.type:
                case "counter":
                    known[f"{family.name}_total"] = labels
                case "histogram":
                    known |= {f"{family.name}_bucket": labels | {"le"}, f"{family.name}_sum": labels}
                    known[f"{family.name}_count"] = labels
                case _:
                    known[family.name] = labels
    return known


KNOWN = series() | FOREIGN


def queries() -> Iterator[Any]:
    """Every query with the words around it, which may name labels of its answer."""
    for rule in RULES:
        said = " ".join(rule["annotations"].values())
        yield pytest.param(rule["expr"], re.findall(r"\$labels\.(\w+)", said), id=rule["alert"])
    for panel in DASHBOARD["panels"]:
        for number, target in enumerate(panel.get("targets", ())):
            shown = re.findall(r"{{(\w+)}}", target["legendFormat"])
            yield pytest.param(target["expr"], shown, id=f"{panel['title']} {number}")


def parsed(query: str) -> Any:
    """The query with the dashboard's variables filled in."""
    return promql.parse(query.replace("$__rate_interval", "1m").replace("$clinic", ".*"))


def selectors(expression: Any) -> list[Any]:
    found: list[Any] = []
    promql.walk(expression, lambda one: found.append(one) or True)
    return [one for one in found if isinstance(one, promql.VectorSelector)]


def labels_of(expression: Any) -> set[str]:
    """The labels that an answer may have."""
    match expression:
        case promql.VectorSelector():
            return KNOWN[expression.name] | OF_THE_SCRAPE
        case promql.MatrixSelector():
            return labels_of(expression.vector_selector)
        case promql.AggregateExpr():
            inner = labels_of(expression.expr)
            if expression.modifier is None:
                return inner if "topk" in str(expression.op).lower() else set()
            asked = set(expression.modifier.labels)
            assert asked <= inner, f"no {asked - inner} to add up by"
            return asked
        case promql.BinaryExpr():
            return labels_of(expression.lhs) | labels_of(expression.rhs)
        case promql.ParenExpr() | promql.UnaryExpr():
            return labels_of(expression.expr)
        case promql.Call():
            return set().union(*(labels_of(argument) for argument in expression.args)) - (
                {"le"} if expression.func.name == "histogram_quantile" else set()
            )
    return set()


@pytest.mark.parametrize(("query", "shown"), list(queries()))
def test_a_query_asks_for_figures_and_labels_that_exist(query: str, shown: list[str]) -> None:
    expression = parsed(query)
    for selector in selectors(expression):
        assert selector.name in KNOWN
        for matcher in selector.matchers.matchers:
            assert matcher.name in KNOWN[selector.name] | OF_THE_SCRAPE
    assert set(shown) <= labels_of(expression)


def test_every_value_that_a_query_looks_for_is_one_that_the_code_writes() -> None:
    code = "\n".join(file.read_text() for file in sorted((ROOT / "core").rglob("*.py")))
    for query in (parameter.values[0] for parameter in queries()):
        for selector in selectors(parsed(query)):
            if selector.name in FOREIGN:
                continue
            for matcher in selector.matchers.matchers:
                for value in matcher.value.split("|"):
                    assert re.search(r"[.*]", value) or f'"{value}"' in code, f"{selector.name}: {value}"


def test_every_alert_has_its_section_in_operations_and_every_section_its_alert() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    described = re.findall(r"(?m)^#### (Deskbell\w+)$", page)
    assert sorted(described) == sorted(rule["alert"] for rule in RULES)


def test_every_command_and_variable_that_operations_names_exists() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    named = set(re.findall(r"(?m)(?:`|^    (?:\.venv/bin/)?|web )deskbell ([a-z][a-z-]+)", page))
    assert named - set(COMMANDS) == {"sandbox"}
    variables = {PREFIX + field.upper() for field in Runtime.model_fields}
    assert set(re.findall(r"DESKBELL_[A-Z_]+", page)) <= variables


def test_every_alert_says_how_bad_it_is() -> None:
    assert {rule["labels"]["severity"] for rule in RULES} == {"page", "warning"}
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_the_dashboard_asks_the_datasource_that_is_provisioned_and_its_panels_do_not_overlap() -> None:
    [source] = yaml.safe_load((CONFIG / "grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"]
    uids = set(re.findall(r'"uid": "(\w+)"', json.dumps(DASHBOARD)))
    assert uids == {source["uid"], DASHBOARD["uid"]}
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_prometheus_itself_takes_the_files_and_raises_what_it_should(tmp_path: Path) -> None:
    for arguments in (
        ["check", "config", str(CONFIG / "prometheus/prometheus.yml")],
        ["test", "rules", rules(tmp_path)],
    ):
        done = subprocess.run(["promtool", *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def rules(folder: Path) -> str:
    """A test of the rules in promtool's form: series, minute by minute, and what is raised."""
    held = 'deskbell_notice_deliveries_total{clinic="harbor", means="sms", outcome="held", job="worker", instance="a"}'
    refused = 'deskbell_webhooks_total{channel="telnyx", status="503", job="web", instance="a"}'
    raised = {
        "DeskbellStaffNotTold": {"severity": "page", "clinic": "harbor", "means": "sms"},
        "DeskbellNoWorker": {"severity": "page"},
        "DeskbellWebhooksNotStored": {"severity": "page", "channel": "telnyx"},
    }
    test = {
        "rule_files": [str(ALERTS)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": 'up{job="worker", instance="a"}', "values": "1x9 0x20"},
                    {"series": 'up{job="web", instance="a"}', "values": "1x30"},
                    {"series": held, "values": "_x9 1x20"},
                    {"series": refused, "values": "2x9 3x20"},
                ],
                "alert_rule_test": [
                    *({"eval_time": "8m", "alertname": alert, "exp_alerts": []} for alert in raised),
                    *(
                        {"eval_time": "12m", "alertname": alert, "exp_alerts": [{"exp_labels": labels} | said(alert)]}
                        for alert, labels in raised.items()
                    ),
                ],
            }
        ],
    }
    file = folder / "rules.yml"
    file.write_text(yaml.safe_dump(test))
    return str(file)


def said(alert: str) -> dict[str, Any]:
    [rule] = [rule for rule in RULES if rule["alert"] == alert]
    names = {"clinic": "harbor", "means": "sms", "channel": "telnyx"}
    summary = re.sub(r"{{ \$labels\.(\w+) }}", lambda found: names[found[1]], rule["annotations"]["summary"])
    return {"exp_annotations": {"summary": summary}}
