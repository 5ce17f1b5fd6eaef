"""What a sweep or a search lets one conclude: attribution, sensitivity, scenarios, Pareto fronts."""
