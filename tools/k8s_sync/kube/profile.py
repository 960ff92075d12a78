"""Where an API server is and how one proves to it who one is, as data.

A profile is what kubeconfig files or the files in a pod say. It holds secrets, so
its text shows where it leads and nothing else.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecPlugin:
    """A program that prints credentials.

    Attributes:
        command: The program, as a path or to be found on PATH.
        args: Its arguments; they may contain secrets.
        env: What is added to the environment.
        api_version: The dialect that it speaks.
        install_hint: What to tell a user who does not have the program.
        provide_cluster_info: The program wants to know about the cluster.
        cluster_config: What it is to be told beyond that, unchanged.
    """

    command: str
    args: tuple[str, ...] = field(default=(), repr=False)
    env: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    api_version: str = "client.authentication.k8s.io/v1"
    install_hint: str = field(default="", repr=False)
    provide_cluster_info: bool = False
    cluster_config: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Profile:
    """A cluster and a user of it. Paths are absolute; data is not encoded.

    Attributes:
        origin: Where this comes from, for messages.
        server: The URL of the API server, maybe with a path.
        ca_data: Certificates of authorities, PEM.
        tls_server_name: The name that the certificate has to have, if not the URL's.
        proxy: The URL of an HTTP proxy.
        headers: Further headers, such as those of impersonation.
        watched: The files whose change makes this profile outdated.
    """

    origin: str
    server: str
    ca_file: str = ""
    ca_data: str = ""
    insecure: bool = False
    tls_server_name: str = ""
    proxy: str = ""
    compression: bool = False
    token: str = ""
    token_file: str = ""
    cert_file: str = ""
    cert_data: str = ""
    key_file: str = ""
    key_data: str = ""
    username: str = ""
    password: str = ""
    plugin: ExecPlugin | None = None
    headers: tuple[tuple[str, str], ...] = ()
    watched: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Profile {self.server} from {self.origin}>"
