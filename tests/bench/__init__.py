"""尺: how fast the shop is, beside what its database could do at best: python -m tests.bench"""
