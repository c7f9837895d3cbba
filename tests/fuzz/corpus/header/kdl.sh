#!/bin/sh
#MISE description "kdl"
#MISE a="1" b="2"
#MISE [env] X="1"
#MISE dir="{{config_root}}/x"
#USAGE about "text"
#USAGE unknown_flags "error"
