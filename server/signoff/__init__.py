"""Clinicians' sign-offs of answers: who approved which text until when, and whether an answer may be given."""
