"""What every process that stays needs: health, metrics, and patience with what is away."""
