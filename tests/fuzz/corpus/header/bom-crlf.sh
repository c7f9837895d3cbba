#!/bin/sh
#MISE description="""a
#MISE b"""
#MISE hide=true
echo
