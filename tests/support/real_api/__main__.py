"""Builds the programs, so that tests need not wait for it."""

from tests.support.real_api.build import build_all

if __name__ == "__main__":
    build_all()
