"""kubernetes_asyncio in pages, and a dictionary of addresses: what one would write.

python simple_asyncio.py URL PODS
"""

import asyncio
import sys

from kubernetes_asyncio import client


async def _main() -> None:
    url, count = sys.argv[1], int(sys.argv[2])
    settings = client.Configuration(host=url)
    owners = {}
    async with client.ApiClient(settings) as connection:
        api = client.CoreV1Api(connection)
        more = None
        while more != "":
            page = await api.list_pod_for_all_namespaces(limit=500, _continue=more)
            more = page.metadata._continue or ""  # noqa: SLF001 -- it is called so
            for pod in page.items:
                meta, spec = pod.metadata, pod.spec
                for one in pod.status.pod_ips or ():
                    owners[one.ip] = (
                        *(meta.namespace, meta.name, meta.uid, spec.node_name),
                        *(spec.service_account_name, meta.labels),
                        pod.status.start_time,
                    )
    if len(owners) != count:
        raise SystemExit(f"only {len(owners)} addresses")


if __name__ == "__main__":
    asyncio.run(_main())
