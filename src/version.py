"""The product's name and its version, each in one place."""

NAME = "authgear-s3-profile-pictures"
VERSION = "1.0.0"
