#!/usr/bin/env bash
#MISE description="Words"
#MISE alias=["y", "z"]
# MISE depends=[
# MISE   "b",
# MISE ]
# [MISE] env={ A = "1", _.file = ".env" }
//MISE tools.node="20"
:: MISE sources=["src/**"]
#MISE outputs=["out"]
#MISE quiet=true
#MISE confirm="Sure?"
#USAGE arg "<a>" help="first" {
#USAGE   choices "a" "b"
#USAGE }
#USAGE flag "-b --b <v>" default="x"
#
#USAGE cmd "sub" { arg "[x]..." }
echo "$usage_a"
