"""Plans that renew: changed, cancelled and resumed by buyers, followed by what the gateway says of them."""
