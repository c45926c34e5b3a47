"""Who holds credits: its plan, periods, validity, changes of plan."""
