"""Hours and money: who has them, who asks for them, what is granted, and the levers pulled with them."""
