"""The flowers: families, their varieties and colours, grades, packs and prices."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of flower. `bunches` go into a half box; costs are cents per stem."""

    key: str
    category: str
    english: str
    spanish: str
    varieties: tuple[str, ...]
    """Each "Variety|Colour"."""
    grades: tuple[str, ...]
    stems_bunch: int
    bunches: int
    cents: tuple[int, int]


_CM = ("40 cm", "50 cm", "60 cm", "70 cm")
_GRADES = ("Select", "Fancy", "Standard")

FAMILIES: tuple[Family, ...] = (
    Family(
        "rose", "Roses", "Rose", "Rosa",
        ("Freedom|Red", "Explorer|Red", "Mondial|White", "Vendela|Cream", "Pink Floyd|Hot Pink",
         "Quicksand|Sand", "Free Spirit|Orange", "High & Magic|Bicolor", "Ñandú|Red",
         "Sweet Unique|Pink", "Tibet|White", "Brighton|Yellow", "Playa Blanca|White",
         "Cool Water|Lavender", "Shimmer|Peach", "Corazón|Red"),
        _CM, 25, 16, (22, 68),
    ),
    Family(
        "spray_rose", "Spray Roses", "Spray Rose", "Rosa Spray",
        ("Majolika|Pink", "Snowflake|White", "Babe|Orange", "Mirabel|Hot Pink", "Star Blush|Blush",
         "Rubicón|Red"),
        ("40 cm", "50 cm", "60 cm"), 10, 20, (38, 70),
    ),
    Family(
        "carnation", "Carnations", "Carnation", "Clavel",
        ("Nobbio Red|Red", "Moonlight|White", "Don Pedro|Red", "Komachi|Pink", "Lion King|Orange",
         "Brut|Green", "Hermes|Yellow", "Moonaqua|Lavender", "Zurigo|Burgundy",
         "Antigua|Champagne"),
        _GRADES, 20, 20, (14, 26),
    ),
    Family(
        "mini_carnation", "Mini Carnations", "Mini Carnation", "Mini Clavel",
        ("Rony|Red", "Bagatel|White", "Aragón|Hot Pink", "Odessa|Orange", "Caramel|Bicolor",
         "Spectro|Purple", "Prado Mint|Green", "Academy|Cream"),
        ("Select", "Fancy"), 10, 24, (18, 30),
    ),
    Family(
        "hydrangea", "Hydrangea", "Hydrangea", "Hortensia",
        ("Natural|White", "Natural|Blue", "Natural|Green", "Tinted|Pink", "Tinted|Purple",
         "Antique|Green", "Shocking|Blue"),
        ("Mini", "Select", "Premium", "Jumbo"), 1, 40, (78, 165),
    ),
    Family(
        "alstroemeria", "Alstroemeria", "Alstroemeria", "Alstroemeria",
        ("Whistler|White", "Virginia|White", "Nadya|Red", "Tampa|Pink", "Primadonna|Hot Pink",
         "Shakira|Yellow", "Fuego|Orange", "Pandora|Purple"),
        ("Select", "Fancy", "Super Select"), 10, 20, (17, 34),
    ),
    Family(
        "chrysanthemum", "Chrysanthemum", "Chrysanthemum", "Crisantemo",
        ("Cushion|White", "Cushion|Yellow", "Cushion|Lavender", "Daisy|White", "Daisy|Bronze",
         "Button|Green", "Button|Yellow", "Novelty|Red", "Spider|Green", "Disbud Magnum|White",
         "Cremón|Yellow", "Football|Lavender"),
        ("Standard", "Premium"), 10, 16, (19, 58),
    ),
    Family(
        "gypsophila", "Fillers", "Gypsophila", "Gypsophila",
        ("Xlence|White", "Million Star|White", "Tinted|Rainbow", "Overtime|White"),
        ("500 g", "750 g", "1000 g"), 10, 14, (32, 60),
    ),
    Family(
        "filler", "Fillers", "Filler", "Relleno",
        ("Limonium Maine|Blue", "Limonium Safora|Lavender", "Statice|Purple", "Statice|White",
         "Solidago|Yellow", "Aster Montecasino|White", "Hypericum Coco|Red", "Eryngium|Blue"),
        ("Standard", "Premium"), 10, 18, (24, 48),
    ),
    Family(
        "lily", "Lilies", "Lily", "Lirio",
        ("Stargazer|Pink", "Casa Blanca|White", "LA Brindisi|Pink", "LA Pavia|Yellow",
         "LA Tresor|Orange", "Longiflorum|White"),
        ("2-3 blooms", "3-5 blooms"), 10, 12, (62, 130),
    ),
    Family(
        "gerbera", "Gerbera", "Gerbera", "Gérbera",
        ("Mini|Red", "Mini|Yellow", "Mini|Hot Pink", "Mini|Orange", "Standard|White",
         "Standard|Red", "Pasta|Bicolor"),
        ("Select",), 10, 18, (28, 46),
    ),
    Family(
        "tropical", "Tropicals", "Tropical", "Tropical",
        ("Anthurium Tropical|Red", "Anthurium Acrópolis|White", "Bird of Paradise|Orange",
         "Heliconia Wagneriana|Red", "Ginger|Pink"),
        ("Medium", "Large"), 5, 12, (85, 190),
    ),
    Family(
        "snapdragon", "Summer Flowers", "Summer", "Verano",
        ("Snapdragon|White", "Snapdragon|Pink", "Snapdragon|Yellow", "Sunflower|Yellow",
         "Delphinium Bella Donna|Blue", "Stock|Lavender", "Calla|White", "Calla|Purple"),
        ("60 cm", "70 cm"), 10, 14, (36, 88),
    ),
    Family(
        "green", "Greens", "Greens", "Follaje",
        ("Ruscus|Green", "Leather Leaf|Green", "Eucalyptus Silver Dollar|Green",
         "Eucalyptus Baby Blue|Blue", "Cocculus|Green"),
        ("Standard",), 10, 22, (9, 22),
    ),
)  # fmt: skip

COLOURS_ES: dict[str, str] = {
    "Red": "Rojo", "White": "Blanco", "Cream": "Crema", "Hot Pink": "Fucsia", "Sand": "Arena",
    "Orange": "Naranja", "Bicolor": "Bicolor", "Pink": "Rosado", "Yellow": "Amarillo",
    "Lavender": "Lavanda", "Peach": "Durazno", "Blush": "Rubor", "Green": "Verde",
    "Burgundy": "Vino", "Champagne": "Champaña", "Purple": "Púrpura", "Blue": "Azul",
    "Bronze": "Bronce", "Rainbow": "Arcoíris",
}  # fmt: skip

FAMILY_BY_KEY: dict[str, Family] = {family.key: family for family in FAMILIES}
