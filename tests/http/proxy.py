# SPDX-License-Identifier: GPL-2.0-or-later
"""contrib/nginx/mmscope.conf, as nginx runs it: streams come bit by bit, answers compressed, 304 stays 304."""
import gzip
import http.client
import os
import shutil
import socket
import subprocess
import tempfile

from mmhttp import API, Daemon, Tap, check, same, until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
if not NGINX:
    print("1..0 # SKIP no nginx")
    raise SystemExit(0)

test = Tap()
daemon = Daemon("--allow-host", "boards.example")
RUN = f"{API}/runs/{daemon.run()}"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


folder = tempfile.TemporaryDirectory()
port = free_port()
with open(os.path.join(os.environ.get("SRCDIR", "."), "contrib/nginx/mmscope.conf"), encoding="utf-8") as recipe:
    location = recipe.read().replace("127.0.0.1:8642", daemon.host)
with open(f"{folder.name}/nginx.conf", "w", encoding="utf-8") as f:
    f.write(f"""daemon off; pid {folder.name}/pid; error_log {folder.name}/error.log; worker_processes 1;
events {{ worker_connections 128; }}
http {{
  access_log off; client_body_temp_path {folder.name}/body; proxy_temp_path {folder.name}/proxy;
  fastcgi_temp_path {folder.name}/f; uwsgi_temp_path {folder.name}/u; scgi_temp_path {folder.name}/s;
  server {{ listen 127.0.0.1:{port}; server_name boards.example;
{location}
  }} }}
""")
nginx = subprocess.Popen([NGINX, "-p", folder.name, "-e", f"{folder.name}/error.log", "-c", f"{folder.name}/nginx.conf"])


def listening():
    with socket.socket() as s:
        return not s.connect_ex(("127.0.0.1", port))


def ask(path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": "boards.example", **headers})
    return connection.getresponse()


@test
def the_page_is_there():
    """the page and the API under the public name; another name is refused"""
    until(listening)
    same(ask("/").status, 200)
    same(ask(API).status, 200)
    same(ask(API, Host="other.example").status, 403)


@test
def answers_are_compressed():
    """JSON and text come gzipped to who takes it, and are the same"""
    plain = ask(f"{RUN}/log").read()
    r = ask(f"{RUN}/log", **{"Accept-Encoding": "gzip"})
    same(r.getheader("content-encoding"), "gzip")
    same(gzip.decompress(r.read()), plain)


@test
def what_is_known_is_not_sent_again():
    """an ETag that passed through nginx is good for a 304"""
    tag = ask(RUN).getheader("etag")
    same(ask(RUN, **{"If-None-Match": tag}).status, 304)


@test
def streams_come_bit_by_bit():
    """the first event of a slow stream is there long before the last"""
    r = ask(f"{RUN}/events?format=sse&pace=1&to=1000")
    first = b""
    while b"\n\n" not in first[14:]:
        part = r.read1(4096)
        check(part, "the stream ended")
        first += part
    check(b"id: 0\n" in first, first)
    check(first.count(b"id: ") < 100, "all of it came at once")
    r.close()


try:
    test.main()
finally:
    nginx.terminate()
    nginx.wait()
    folder.cleanup()
