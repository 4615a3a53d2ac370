"""Loads one page's Messenger conversations with their messages by dlt's rest_api source into PostgreSQL.

Arguments: the Graph API's address with its version, page id, dataset, write disposition. In the environment:
GRAPH_TOKEN, DATABASE_URL.
Prints one JSON line: the seconds that the pipeline ran (not Python's own start), and the rows that it loaded.
"""

import json
import os
import sys
import tempfile
import time

import dlt
from dlt.sources.rest_api import rest_api_resources

base_url, page, dataset, disposition = sys.argv[1:]
# braces are doubled: dlt takes single ones for its own
fields = (
    "id,updated_time,message_count,unread_count,participants,senders,"
    "messages.limit(25){{id,created_time,from,to,message,sticker,tags,attachments,shares,reactions,story,is_unsupported}}"
)


def resources():
    return rest_api_resources(
        {
            "client": {
                "base_url": base_url,
                "auth": {"type": "bearer", "token": os.environ["GRAPH_TOKEN"]},
                "paginator": {"type": "json_link", "next_url_path": "paging.next"},
            },
            "resources": [
                {
                    "name": "conversations",
                    "primary_key": "id",
                    "write_disposition": disposition,
                    "endpoint": {
                        "path": f"{page}/conversations",
                        "data_selector": "data",
                        "params": {"platform": "messenger", "fields": fields, "limit": 100},
                    },
                }
            ],
        }
    )


with tempfile.TemporaryDirectory() as folder:
    pipeline = dlt.pipeline(
        pipeline_name=dataset,
        pipelines_dir=folder,
        destination=dlt.destinations.postgres(os.environ["DATABASE_URL"]),
        dataset_name=dataset,
    )
    began = time.perf_counter()
    pipeline.run(resources())
    seconds = time.perf_counter() - began
    with pipeline.sql_client() as client:
        rows = {
            name: client.execute_sql(f"SELECT count(*) FROM {table}")[0][0]
            for name, table in {"conversations": "conversations", "messages": "conversations__messages__data"}.items()
        }
    print(json.dumps({"seconds": seconds, **rows}))
