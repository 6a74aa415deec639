#!/bin/sh
# ECMA-402 says that Intl.NumberFormat takes a currency's decimals from ISO 4217. Node.js takes them from ICU, which has
# CLDR's: the decimals that are usual in shops. An amount in minor units of ISO 4217 (as ISO 20022 and card schemes send
# them) that is scaled by `resolvedOptions().maximumFractionDigits` is wrong by 10, 100 or 1,000 in the currencies below.
