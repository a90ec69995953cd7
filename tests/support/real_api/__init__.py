"""A real kube-apiserver v1.34.4 with etcd v3.6 on loopback, built from their Go modules.

`server.py` runs it, `build.py` builds it. The first use builds both programs (about six minutes on two cores)
into $WAKELINE_CACHE, else ~/.cache/wakeline; `python3 -m tests.support.real_api` builds them and
nothing else, and needs nothing but Python and Go.
"""
