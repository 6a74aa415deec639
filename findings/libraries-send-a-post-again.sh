#!/bin/sh
# Four HTTP clients of npm that send a POST a second time by themselves where the server has read it whole and closed the
# connection without an answer, so that it may well have been carried out. The program that called them is told of success, and not
# of the other try. axios-retry's own documentation names idempotent methods and network errors: the second includes this.
#
# Seen on Node.js 20.20.2, complete POSTs at a server that answers the fourth only:
#   axios 1.21.1 with axios-retry 4.5.0 and no options   4, told 201
#   fetch-retry 6.0.0, no options                        4, told 201
#   urllib 4.9.2, no options                             2, told no answer
#   superagent 10.4.2 with .retry(3)                     4, told 201
# and of those that leave it at one: got, ky, axios alone, undici and Node.js's own fetch.
